/** A fix of the device: degrees in WGS 84, and metres within which it lies. */
export interface Fix {
  lon: number;
  lat: number;
  accuracy: number;
}

export type GeolocationTrouble = 'denied' | 'failed';

/** Metres that are good enough to stop. */
const goodEnough = 15;
/** Milliseconds after which the best fix so far is taken. */
const patience = 12_000;

/**
 * Follows the device until a fix is good or time is up, and tells each fix that is better than the one before: the first is often a
 * kilometre off and must not be the one that stays. Returns what ends it early.
 */
export function findMe(source: Geolocation | undefined, better: (fix: Fix, final: boolean) => void, trouble: (why: GeolocationTrouble) => void): () => void {
  if (!source) {
    trouble('failed');
    return () => undefined;
  }
  let best: Fix | undefined;
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    source.clearWatch(watch);
  };
  const timer = setTimeout(() => {
    end();
    if (best) better(best, true);
    else trouble('failed');
  }, patience);
  const watch = source.watchPosition(
    ({ coords }) => {
      if (over || (best && coords.accuracy >= best.accuracy)) return;
      best = { lon: coords.longitude, lat: coords.latitude, accuracy: Math.min(10_000, Math.max(0, coords.accuracy)) };
      const final = best.accuracy <= goodEnough;
      if (final) end();
      better(best, final);
    },
    (error) => {
      if (over || best) return; // a fix we have is better than none; time will end it
      end();
      trouble(error.code === error.PERMISSION_DENIED ? 'denied' : 'failed');
    },
    { enableHighAccuracy: true, timeout: patience, maximumAge: 0 },
  );
  return end;
}
