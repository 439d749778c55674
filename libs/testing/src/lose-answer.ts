interface Statements {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<{ readonly rows: Row[] }>;
}

interface Connections extends Statements {
  transaction<T>(work: (tx: Statements) => Promise<T>): Promise<T>;
}

/**
 * Loses one answer: the first statement from now on whose text has `part` in it is committed, but who waits for it gets
 * an error that is not known to pass. A service ends itself for that, right after the statement.
 */
export function loseAnswer(connections: Connections, part: string): void {
  const query = connections.query.bind(connections);
  const transaction = connections.transaction.bind(connections);
  let lost = false;
  const lose = (): void => {
    if (lost) return;
    lost = true;
    throw new Error(`the answer of ${part} is lost`);
  };
  const given: Connections = {
    query: async <Row extends object>(text: string, values?: readonly unknown[]) => {
      const result = await query<Row>(text, values);
      if (text.includes(part)) lose();
      return result;
    },
    transaction: async (work) => {
      const texts: string[] = [];
      const result = await transaction((tx) =>
        work({
          query: (text, values) => {
            texts.push(text);
            return tx.query(text, values);
          },
        }),
      );
      if (texts.some((text) => text.includes(part))) lose();
      return result;
    },
  };
  Object.assign(connections, given);
}
