// Loaded before a program: its clock is an hour ahead of the machine's.
const HOUR = 3_600_000;
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + HOUR);
    else super(...given);
  }

  static now() {
    return Real.now() + HOUR;
  }
};
