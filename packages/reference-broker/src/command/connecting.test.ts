import { expect, test } from "vitest";
import { connectingLines } from "./connecting.js";

test("without encryption and login the lines are short", () => {
  const door = {
    listener: "PLAINTEXT",
    servers: ["127.0.0.1:9092", "127.0.0.1:9093"],
    encryption: undefined,
    login: undefined,
  };
  expect(connectingLines(door)).toEqual({
    moldau: 'new Kafka({ brokers: ["127.0.0.1:9092", "127.0.0.1:9093"] })',
    kcat: "kcat -b 127.0.0.1:9092,127.0.0.1:9093 -L",
    java: "kafka-topics.sh --bootstrap-server 127.0.0.1:9092,127.0.0.1:9093 --list",
    javaProperties: [],
  });
});

test("with encryption and login each client is told so in its own words, and no password is shown", () => {
  const lines = connectingLines({
    listener: "SASL_SSL",
    servers: ["[::1]:9093"],
    encryption: { caFile: "/data of mine/ca.pem", clientFile: "/c.pem" },
    login: { mechanism: "SCRAM-SHA-512", kcatMechanism: "PLAIN", username: "alice" },
  });
  expect(lines.moldau).toBe(
    'new Kafka({ brokers: ["[::1]:9093"], tls: { ca: readFileSync("/data of mine/ca.pem"), cert: readFileSync("/c.pem"), key: readFileSync("/c.pem") }, sasl: { mechanism: "scram-sha-512", username: "alice", password: "PASSWORD" } })',
  );
  expect(lines.kcat).toBe(
    "kcat -b [::1]:9093 -X security.protocol=SASL_SSL -X 'ssl.ca.location=/data of mine/ca.pem' -X ssl.certificate.location=/c.pem -X ssl.key.location=/c.pem -X sasl.mechanism=PLAIN -X sasl.username=alice -X sasl.password=PASSWORD -L",
  );
  expect(lines.java).toContain("--command-config client.properties");
  expect(lines.javaProperties).toEqual([
    "security.protocol=SASL_SSL",
    "ssl.truststore.type=PEM",
    "ssl.truststore.location=/data of mine/ca.pem",
    "ssl.keystore.type=PEM",
    "ssl.keystore.location=/c.pem",
    "sasl.mechanism=SCRAM-SHA-512",
    'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="alice" password="PASSWORD";',
  ]);
});

test("a certificate that clients trust anyway takes no file", () => {
  const door = {
    listener: "SSL",
    servers: ["kafka:9093"],
    encryption: { caFile: undefined, clientFile: undefined },
    login: undefined,
  };
  expect(connectingLines(door)).toMatchObject({
    moldau: 'new Kafka({ brokers: ["kafka:9093"], tls: true })',
    kcat: "kcat -b kafka:9093 -X security.protocol=SSL -L",
    javaProperties: ["security.protocol=SSL"],
  });
});
