import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONTENT_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Files of packages that pages load, beside those in infra/pages/assets. */
const PACKAGE_FILES = ['swagger-ui-dist/swagger-ui-bundle.js', 'swagger-ui-dist/swagger-ui.css'];

export interface Asset {
  name: string;
  file: string;
  contentType: string;
}

/** All that pages load. `root` is the folder of infra/ and node_modules/, here and in a Lambda's zip. */
export function findAssets(root: URL): Asset[] {
  const own = fileURLToPath(new URL('infra/pages/assets/', root));
  const require = createRequire(new URL('package.json', root));
  const files = [
    ...readdirSync(own).map((name) => join(own, name)),
    ...PACKAGE_FILES.map((name) => require.resolve(name)),
  ];
  return files.map((file) => {
    const contentType = CONTENT_TYPES[extname(file)];
    if (contentType === undefined) throw new Error(`${file} has no known content type.`);
    return { name: basename(file), file, contentType };
  });
}
