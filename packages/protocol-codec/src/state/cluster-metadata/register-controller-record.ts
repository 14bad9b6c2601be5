import { array, bool, int16, int32, message, string, uint16, uuid, type Infer } from "../../schema/index.js";

export const RegisterControllerRecord = message("RegisterControllerRecord", { versions: "0", flexible: "0+", recordType: 27 }, {
  controllerId: int32,
  incarnationId: uuid,
  zkMigrationReady: bool,
  endPoints: array({
    name: string,
    host: string,
    port: uint16,
    securityProtocol: int16,
  }),
  features: array({
    name: string,
    minSupportedVersion: int16,
    maxSupportedVersion: int16,
  }),
});
export type RegisterControllerRecord = Infer<typeof RegisterControllerRecord>;
