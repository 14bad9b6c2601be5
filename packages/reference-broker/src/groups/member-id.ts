/**
 * A member id as Kafka makes it: who the member says it is, a dash, and a random UUID. `random` gives numbers from 0 (included) to 1
 * (excluded).
 */
export function newMemberId(prefix: string, random: () => number): string {
  const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  return `${prefix}-${uuid}`;
}
