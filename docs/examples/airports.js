// The figures: flights and delay by airport.

/** Adds one flight to the figures of its airport of origin. */
export function addFlight(airports, { origin, delay }) {
  const airport = airports.get(origin) ?? { origin, flights: 0, delay: 0 };
  airports.set(origin, { origin, flights: airport.flights + 1, delay: airport.delay + delay });
}

/** The figures of a whole list of flights. */
export function countFlights(flights) {
  const airports = new Map();
  for (const flight of flights) addFlight(airports, flight);
  return airports;
}

/** The `count` airports with the most flights. */
export function busiest(airports, count) {
  return [...airports.values()]
    .sort((a, b) => b.flights - a.flights || a.origin.localeCompare(b.origin))
    .slice(0, count);
}

/** Whether two sets of figures agree in every airport, not only in the busiest. */
export function sameFigures(some, others) {
  if (some.size !== others.size) return false;
  return [...some.values()].every(({ origin, flights, delay }) => {
    const other = others.get(origin);
    return other !== undefined && other.flights === flights && other.delay === delay;
  });
}

/** Prints a table of airports with flights and mean delay in minutes. */
export function printTable(airports) {
  console.log("  airport   flights   mean delay");
  for (const { origin, flights, delay } of airports) {
    console.log(
      `  ${origin.padEnd(7)} ${String(flights).padStart(9)} ${`${(delay / flights).toFixed(1)} min`.padStart(12)}`,
    );
  }
}
