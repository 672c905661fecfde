import { useEffect, useState } from 'preact/hooks';
import { nowMs } from './connection.ts';

/** The daemon's time; the component is drawn again every second. */
export function useNow(): number {
  const [now, setNow] = useState(nowMs());
  useEffect(() => {
    const timer = setInterval(() => setNow(nowMs()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(now, nowMs() - 1000);
}
