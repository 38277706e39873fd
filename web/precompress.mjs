/** Writes a gzip and a brotli copy beside each built file that gains from it, so that no server compresses it again. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FOLDER = new URL("./dist/", import.meta.url).pathname;
const TEXT = /\.(js|css|html|svg|json)$/;
const WORTHWHILE_BYTES = 1024;

for (const name of readdirSync(FOLDER, { recursive: true })) {
    const file = join(FOLDER, name);
    if (!TEXT.test(name) || !statSync(file).isFile()) continue;
    const content = readFileSync(file);
    if (content.length < WORTHWHILE_BYTES) continue;
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
