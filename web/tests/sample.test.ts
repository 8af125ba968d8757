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

  it('says what is no text', async () => {
    for (const [begin, unfit] of [[[0x50, 0x4b, 3, 4], 'packed'], [[0xd0, 0xcf, 0x11, 0xe0], 'packed'], [[0xff, 0xfe, 0x74, 0], 'binary'], [[0xef, 0xbb, 0xbf, 0x20, 0x0a], 'empty']] as const) {
      const sample = await sampleOf(new Blob([new Uint8Array(begin), ' \r\n']));
      expect([sample.unfit, sample.head]).toEqual([unfit, []]);
    }
    expect((await sampleOf(new Blob(['PK,lon\n']))).unfit).toBeUndefined();
  });

  it('holds nothing of an empty file', async () => {
    expect(await sampleOf(new Blob([]))).toEqual({ unfit: 'empty', head: [], rows: [], missing: ['text', 'lon', 'lat', 'datum'], ignored: [] });
  });
});
