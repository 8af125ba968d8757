import { locale, type Language } from './locale.ts';

const zh = {
  kept: (count: number) => `${count} 张照片已存在这台设备上，还没有送到。一有网络就会自动发送，只会加一次；也可以关掉这一页，下次打开时再发。`,
  added: '存在这台设备上的照片已经加到这件上报。按“刷新”可以看到。',
  refused: (count: number, why: string) => `有 ${count} 张照片没有被接受：${why}`,
  drop: '知道了，去掉',
};

/** The texts about photos that wait on the device; fetched with what shows them. */
type LateCatalogue = typeof zh;

const en: LateCatalogue = {
  kept: (count) => `Saved on this device and not sent yet: ${count} photo(s). Sent by itself, once, as soon as there is a network; you may close this page, it is then sent when you open it again.`,
  added: 'The photos saved on this device are with this report now. Press “Refresh” to see them.',
  refused: (count, why) => `Photos not accepted: ${count}. ${why}`,
  drop: 'Understood, remove',
};

export const lateCatalogues: Readonly<Record<Language, LateCatalogue>> = { zh, en };

export function lateTexts(): LateCatalogue {
  return lateCatalogues[locale().language];
}
