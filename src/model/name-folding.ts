/** Which differences between names a file system does not see: two names that differ in nothing else are one file there. */
export interface NameFolding {
  /** Of capital and small letters. */
  readonly case: boolean;
  /** Of the forms that Unicode has for one text, as a letter and its accent in one character or in two. */
  readonly forms: boolean;
}

/** All names are told apart. */
export const NOTHING_FOLDED: NameFolding = { case: false, forms: false };

// eslint-disable-next-line no-control-regex -- all of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * One text for all names that are one. File systems differ in rare letters; here rather too many names are one than too few.
 */
export function foldedName(name: string, folding: NameFolding): string {
  if (ASCII.test(name)) return folding.case ? name.toLowerCase() : name;
  const formed = folding.forms ? name.normalize('NFD') : name;
  if (!folding.case) return formed;
  const lower = formed.toUpperCase().toLowerCase();
  return folding.forms ? lower.normalize('NFD') : lower;
}
