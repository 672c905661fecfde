import type { ConversionStep } from '../columns/column-choice.ts';
import { textLiteral } from '../../../data-api/sql-text.ts';

/** The expression that makes the value of a column of the text in a variable: NULL stays NULL, and what cannot be converted is an error. */
export const conversionSql = (variable: string, steps: readonly ConversionStep[]): string =>
  steps.reduce(applied, variable);

function applied(expression: string, step: ConversionStep): string {
  switch (step.step) {
    case 'null_words':
      return step.words.reduce((inner, word) => `NULLIF(${inner}, ${textLiteral(word)})`, expression);
    case 'trim':
      return `TRIM(${expression})`;
    case 'replace':
      return `REPLACE(${expression}, ${textLiteral(step.from)}, ${textLiteral(step.to)})`;
    case 'left':
      return `SUBSTRING(${expression}, 1, ${step.characters})`;
    case 'truth': {
      const words = [
        ...step.yes.map((word) => [word, 1] as const),
        ...step.no.map((word) => [word, 0] as const),
      ];
      const cases = words.map(([word, value]) => `WHEN ${textLiteral(word)} THEN ${value}`);
      return `CASE LOWER(${expression}) ${cases.join(' ')} ELSE ${expression} END`;
    }
    case 'parse_time':
      // STR_TO_DATE makes NULL of what it cannot read: the text itself is then refused by the column
      return `IFNULL(STR_TO_DATE(${expression}, ${textLiteral(step.format)}), ${expression})`;
    case 'to_utc':
      return `CONVERT_TZ(SUBSTRING(${expression}, 1, LENGTH(${expression}) - 6), SUBSTRING(${expression}, -6), '+00:00')`;
    default:
      return step satisfies never;
  }
}
