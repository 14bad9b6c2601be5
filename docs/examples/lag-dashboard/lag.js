// The lag of every group as a table. Asks the brokers as an admin does: it belongs to no group, and disturbs none.

const columns = [
  { title: "GROUP", of: ({ group }) => group },
  { title: "TOPIC", of: ({ topic }) => topic },
  { title: "PARTITION", of: ({ partition }) => partition, isNumber: true },
  { title: "COMMITTED", of: ({ offset }) => offset ?? "-", isNumber: true },
  { title: "END", of: ({ endOffset }) => endOffset ?? "-", isNumber: true },
  { title: "LAG", of: ({ lag }) => lag ?? "-", isNumber: true },
  { title: "READ BY", of: ({ clientId, host }) => (clientId === undefined ? "nobody" : `${clientId} ${host}`) },
];

/** The lines of the table, a group's largest lag first; what could not be read says why, and hides nothing else. */
export async function lagTable(admin) {
  const { groups, failed } = await admin.listGroups();
  const names = groups.map(({ group }) => group);
  const lags = names.length === 0 ? [] : await admin.describeGroupLag({ groups: names });
  const rows = lags.flatMap(({ group, partitions }) =>
    partitions.toSorted((a, b) => Number((b.lag ?? 0n) - (a.lag ?? 0n))).map((each) => ({ group, ...each })),
  );
  const errors = [...failed, ...lags.filter(({ error }) => error !== undefined)].map(({ error }) => error.message);
  return [...format(rows), ...errors];
}

function format(rows) {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ of }) => String(of(row))))];
  const widths = columns.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  return lines.map((cells) =>
    cells
      .map((cell, column) => (columns[column].isNumber ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd(),
  );
}
