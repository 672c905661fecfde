/** Variables by name, as the process has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface Interpolated {
  readonly text: string;
  /** The variables that were named. */
  readonly names: readonly string[];
  /** What is wrong, as whole sentences. */
  readonly problems: readonly string[];
}

/**
 * '${NAME}' and '${NAME:-default}'; '$${' is a '${' that stays. No brace within: a place that does not end would be looked for
 * up to the end of the text, from each place anew.
 */
const PLACE = /\$(\$\{)|\$\{([^{}]*)\}|\$\{/g;

const INSIDE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** Variables that hold secrets by their names: a value of the file is shown, sent and remembered. */
const OF_SECRETS = /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE_?KEY|API_?KEY|_PAT$/i;

/** Puts the values of variables in their places. The result is not looked at again: a value's own `${…}` stays. */
export function interpolate(text: string, variables: Variables): Interpolated {
  const names: string[] = [];
  const problems: string[] = [];
  const whole = text.replaceAll(PLACE, (place, escaped: string | undefined, inside: string | undefined) => {
    if (escaped !== undefined) return escaped;
    const [, name, fallback] = INSIDE.exec(inside ?? '') ?? [];
    if (name === undefined) {
      problems.push(
        `${place} is no variable: write \${NAME} or \${NAME:-default}, in quotes within { } or [ ]; $\${ stands for a plain \${`,
      );
      return '';
    }
    names.push(name);
    if (OF_SECRETS.test(name)) {
      problems.push(
        `\${${name}} holds a secret by its name, and values of the file are shown and remembered: leave it out; ${SECRETS_WAY_OUT}`,
      );
      return '';
    }
    // as in the environment, an empty variable counts as unset
    const value = variables[name] || fallback;
    if (value === undefined)
      problems.push(`the environment variable ${name} is not set: set it, or write \${${name}:-default}`);
    return value ?? '';
  });
  return { text: whole, names, problems };
}

/** Where secrets come from instead. */
export const SECRETS_WAY_OUT =
  'the API token comes from SINGLESTOREDB_MANAGEMENT_TOKEN, or from token_file or token_command of a profile, and AWS credentials as the AWS tools find them';
