/** The columns of a file of standard addresses; the first four are needed. */
export const columns = ['text', 'lon', 'lat', 'datum', 'building', 'area'] as const;
const needed = columns.slice(0, 4);

/** How a file begins, as far as it can be seen before it is sent. The server reads all of it and decides. */
export interface Sample {
  /** Why it can be no file of addresses; then nothing else is known of it. */
  unfit?: 'empty' | 'packed' | 'binary';
  /** Cells of the first line. */
  head: string[];
  rows: string[][];
  missing: string[];
  ignored: string[];
}

/** Bytes of a file that are looked at, and lines that are shown. */
const looked = 1 << 16;
const shown = 5;

/** Reads how a file begins: UTF-8, with a byte order mark or without, else GB 18030. */
export async function sampleOf(file: Blob): Promise<Sample> {
  const start = await file.slice(0, looked).arrayBuffer();
  const unfit = unfitness(new Uint8Array(start));
  if (unfit) return { unfit, head: [], rows: [], missing: [...needed], ignored: [] };
  const [head = [], ...rows] = lines(decoded(start), file.size > looked);
  const names = head.map((cell) => cell.trim().toLowerCase());
  return { head, rows, missing: needed.filter((one) => !names.includes(one)), ignored: head.filter((cell, at) => cell.trim() && !known(names[at] ?? '')) };
}

/** How files begin that are no text: ZIP archives, which workbooks are too, gzip, RAR, 7z, and workbooks of old. */
const packed = ['504b0304', '504b0506', '1f8b', '52617221', '377abcaf', 'd0cf11e0'];

function unfitness(start: Uint8Array): Sample['unfit'] {
  const begin = Array.from(start.slice(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (packed.some((one) => begin.startsWith(one))) return 'packed';
  if (start.includes(0)) return 'binary'; // neither UTF-8 nor GB 18030 has it in a text
  return /\S/.test(decoded(start.buffer as ArrayBuffer)) ? undefined : 'empty';
}

/** Whether a column of this name is read. */
export function known(name: string): boolean {
  return (columns as readonly string[]).includes(name.trim().toLowerCase());
}

function decoded(start: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true }); // a character may be cut off
  } catch {
    return new TextDecoder('gb18030').decode(start);
  }
}

/** The first lines as cells; of a text that goes on the last is left out, as it may be cut off. */
function lines(text: string, goesOn: boolean): string[][] {
  const found: string[][] = [];
  let cells: string[] = [];
  const cell = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/gy;
  for (let match = cell.exec(text); match && found.length <= shown; match = cell.exec(text)) {
    const [all, value = '', end] = match;
    cells.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === ',') continue;
    const last = end === '';
    if (cells.some((one) => one !== '') && !(last && goesOn)) found.push(cells);
    cells = [];
    if (last || all === '') break;
  }
  return found.slice(0, shown + 1);
}

/** A file as it should be, of a country's addresses; places of the demo or of New York. */
export function sampleFile(country: string): string {
  const rows = country === 'us' ? ['200 West 23rd Street,-73.9956,40.7439,WGS84,,', '"350 5th Avenue, Manhattan",-73.9857,40.7484,WGS84,1015862,']
    : ['石矶北路12号,119.4612,32.2104,WGS84,,', '望鹭花园3幢,119.4589,32.2098,CGCS2000,B0003,'];
  return `\ufeff${columns.join(',')}\r\n${rows.join('\r\n')}\r\n`;
}
