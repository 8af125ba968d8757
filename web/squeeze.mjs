// Writes beside every script and style sheet of dist/assets what it comes to after brotli at its best: `name.js.br`. Servers that squeeze while
// somebody waits take less trouble. Called by `npm run build`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const assets = new URL('dist/assets/', import.meta.url);
const squeezed = promisify(brotliCompress);

await Promise.all(readdirSync(assets).filter((name) => /\.(js|css)$/.test(name)).map(async (name) => {
  const plain = readFileSync(new URL(name, assets));
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  writeFileSync(new URL(`${name}.br`, assets), await squeezed(plain, { params }));
}));
