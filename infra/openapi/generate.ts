import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedFiles, ROOT } from './files.ts';

for (const [file, text] of Object.entries(await generatedFiles())) {
  await writeFile(join(ROOT, file), text);
}
