import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { roundTrip } from "./round-trip-steps.cjs";

await roundTrip({ startBroker, Kafka });
