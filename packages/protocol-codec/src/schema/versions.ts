/** A closed range of versions; `none` holds no version. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** The range without any version. */
export const noVersions: VersionRange = { min: 0, max: -1 };

/** Every version there is or will be. */
export const allVersions: VersionRange = { min: 0, max: 0x7fff };

/** Reads `"3-13"`, `"9+"`, `"4"` or `"none"`, as Kafka's schemas write them. */
export function parseVersions(text: string): VersionRange {
  if (text === "none") return noVersions;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`not a range of versions: ${JSON.stringify(text)}`);
  const min = Number(match[1]);
  return { min, max: match[2] === "+" ? allVersions.max : Number(match[3] ?? min) };
}

/** Prints a range the way {@link parseVersions} reads it. */
export function formatVersions({ min, max }: VersionRange): string {
  if (max < min) return "none";
  if (max >= allVersions.max) return `${min}+`;
  return min === max ? String(min) : `${min}-${max}`;
}

/** Whether `version` lies in `range`. */
export function includesVersion(range: VersionRange, version: number): boolean {
  return version >= range.min && version <= range.max;
}
