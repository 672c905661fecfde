/** Which files of a Stage a pipeline reads. */
export interface FilePattern {
  /** The folder in which, and below which, they are; [] is the root. */
  readonly folder: readonly string[];
  /** Whether a file's full path, without a leading slash, fits. */
  readonly fits: (path: string) => boolean;
  /** Whether files may be deeper than in that folder itself. */
  readonly isDeep: boolean;
}

/**
 * `*` and `?` do not go beyond a slash, `**` does. A path without wildcards is a file; when it is a folder, or ends in a
 * slash, everything below it.
 */
export function filePattern(text: string): FilePattern {
  const segments = text.split('/').filter((segment) => segment !== '');
  const wild = segments.findIndex((segment) => /[*?]/.test(segment));
  if (wild === -1) {
    const path = segments.join('/');
    const fits = (file: string): boolean =>
      path === '' || file.startsWith(`${path}/`) || (file === path && !text.endsWith('/'));
    return { folder: segments.slice(0, -1), fits, isDeep: true };
  }
  const expression = new RegExp(
    `^${segments.map(expressionOf).join('/').replaceAll('(?:.*)/', '(?:.*/)?')}$`,
    'su',
  );
  return {
    folder: segments.slice(0, wild),
    fits: (file) => expression.test(file),
    isDeep: wild < segments.length - 1 || (segments[wild] ?? '').includes('**'),
  };
}

function expressionOf(segment: string): string {
  if (segment === '**') return '(?:.*)';
  return segment
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('**', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\0', '.*');
}
