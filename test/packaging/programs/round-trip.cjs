const { startBroker } = require("@moldau/reference-broker");
const { Kafka } = require("moldau");
const { roundTrip } = require("./round-trip-steps.cjs");

roundTrip({ startBroker, Kafka });
