import { setFlagsFromString } from 'node:v8';

/**
 * Lets this process collect its garbage earlier, from now on. Left to itself V8 keeps some 100 MB of it, however little
 * is in use: the young generation grows to 48 MB because each file brings short-lived objects, and the old one may
 * become several times what lives in it. A run lasts for hours beside other work; two thirds of the memory cost
 * it a tenth of processor time. Both settings are read whenever V8 decides whether to grow; unknown ones change nothing.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=70');
}
