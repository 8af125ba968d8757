import { describe, expect, it } from 'vitest';
import { sampleFile, sampleOf } from '../src/gazetteer/sample.ts';

describe('the beginning of a file of addresses', () => {
  it.each(['cn', 'us'])('finds every column of the sample for %s', async (country) => {
    const { head, rows, missing, ignored } = await sampleOf(new Blob([sampleFile(country)]));
    expect([head[0], rows.length, missing, ignored]).toEqual(['text', 2, [], []]);
    expect(rows[1]?.[3]).toMatch(/WGS84|CGCS2000/);
  });

  it('names what is missing and what will not be read, whatever the case', async () => {
    const { missing, ignored, rows } = await sampleOf(new Blob(['Text, LON,备注\n"路 ""一"", 3号",1,x\n\n']));
    expect(missing).toEqual(['lat', 'datum']);
    expect(ignored).toEqual(['备注']);
    expect(rows).toEqual([['路 "一", 3号', '1', 'x']]);
  });

  it('reads GB 18030', async () => {
    const { rows } = await sampleOf(new Blob(['text,lon\n', new Uint8Array([0xca, 0xaf, 0xed, 0xb6]), ',1\n']));
    expect(rows).toEqual([['石矶', '1']]);
  });

  it('shows five lines of a large file, of which none is cut off, though a character is', async () => {
    const line = `${'地'.repeat(4000)},1\n`;
    const { rows } = await sampleOf(new Blob(['text,lon\n', line.repeat(20)]));
    expect(rows.map((one) => one[0]?.length)).toEqual([4000, 4000, 4000, 4000, 4000]);
    const long = await sampleOf(new Blob(['text,lon\n', `${'地'.repeat(40_000)},1\n`]));
    expect(long.rows).toEqual([]);
  });

  it('holds nothing of an empty file', async () => {
    expect(await sampleOf(new Blob([]))).toEqual({ head: [], rows: [], missing: ['text', 'lon', 'lat', 'datum'], ignored: [] });
  });
});
