const FENCE = /^( *)```(\w*)\n(.*?)^ *```$/gms;
const COMMAND = /^(?:[A-Z_]+=\S+ )*(?:(?:aws|curl|docker|npm|npx|osls|pip|python3) \S|\.ci\/)/;

/** The blocks of code of a page in one language, in order. */
export function blocksOf(page: string, language: string): string[] {
  return Array.from(page.matchAll(FENCE))
    .filter(([, , ofLanguage]) => ofLanguage === language)
    .map(([, indent = '', , text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

/** The commands between single backquotes, each on one line. */
export function inlineCommandsOf(page: string): string[] {
  return Array.from(page.replaceAll(FENCE, '').matchAll(/`([^`]+)`/g))
    .map(([, text = '']) => text.replaceAll(/\s+/g, ' '))
    .filter((text) => COMMAND.test(text));
}

/** The lines of a block of shell, without comments. */
export function linesOf(block: string): string[] {
  const lines = block.split('\n').map((line) => line.replace(/\s+# .*$/, '').trim());
  return lines.filter((line) => line !== '');
}
