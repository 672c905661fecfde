/** An error of SQL, as the Data API tells it. Codes are those of MySQL and SingleStore where they are known. */
export class SqlError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const syntaxError = (detail: string): SqlError =>
  new SqlError(1064, `You have an error in your SQL syntax: ${detail}`);

export const unknownTable = (database: string, table: string): SqlError =>
  new SqlError(1146, `Table '${database}.${table}' doesn't exist`);

/** The number is ours: that of the service is not known. */
export const unknownPipeline = (name: string): SqlError =>
  new SqlError(1940, `Pipeline '${name}' does not exist`);

export const noDatabase = (): SqlError => new SqlError(1046, 'No database selected');
