// @ts-check
/** A room for the map: its seats with their positions, and searches by distance. */

/**
 * @typedef {object} Seat
 * @property {string} name "F07"
 * @property {string} row "F"
 * @property {number} number 7
 * @property {string} kind comum, premium, cadeirante…
 * @property {number} price centavos
 * @property {number} line index of its row from the screen
 * @property {number} column position in the row from the left, gaps included
 * @property {number} partner number of the sofa's other half; 0 for other seats
 */
/**
 * @typedef {{name: string, seats: Seat[], apart: boolean, block: string}} Row `apart`: a block of
 *   rows, such as a balcony, begins with it; `block` is its name, or empty
 */

/** Another kind of seat costs more than any distance. */
const OTHER_KIND = 1000;

export class Room {
  /** @type {Row[]} */
  rows = [];
  /** @type {Map<string, Seat>} */
  seats = new Map();
  columns = 0;
  /** Couples' seats, paired from the left. @type {Map<string, string>} */
  otherHalves = new Map();

  /**
   * @param {{nome: string, bloco?: string, lugares: ({assento: string, tipo: string, preco:
   * number}|null)[]}[]} rows as the gateway sends them
   */
  constructor(rows) {
    for (const { nome, bloco = "", lugares } of rows) {
      /** @type {Row} */
      const row = {
        name: nome,
        seats: [],
        apart: bloco !== "" || beginsBalcony(this.rows.at(-1)?.name, nome),
        block: bloco,
      };
      lugares.forEach(
        (place, column) =>
          place &&
          row.seats.push({
            name: place.assento,
            row: nome,
            number: Number(place.assento.slice(nome.length)),
            kind: place.tipo,
            price: place.preco,
            line: this.rows.length,
            column,
            partner: 0,
          }),
      );
      for (const seat of row.seats) this.seats.set(seat.name, seat);
      for (const run of stretches(row.seats, ({ kind }) => kind === "casal")) {
        run.forEach((seat, i) => this.#pair(seat, run[i ^ 1]));
      }
      this.columns = Math.max(this.columns, lugares.length);
      this.rows.push(row);
    }
  }

  /** @param {Seat} seat @param {Seat|undefined} other */
  #pair(seat, other) {
    if (!other) return;
    seat.partner = other.number;
    this.otherHalves.set(seat.name, other.name);
  }

  /** Takes up new prices for the same seats. @param {ConstructorParameters<typeof Room>[0]} rows */
  reprice(rows) {
    for (const place of rows.flatMap(({ lugares }) => lugares)) {
      const seat = this.seats.get(place?.assento ?? "");
      if (seat && place) seat.price = place.preco;
    }
  }

  /** The kinds of seats in order of appearance, each with its lowest price. */
  kinds() {
    /** @type {Map<string, number>} */
    const kinds = new Map();
    for (const { kind, price } of this.seats.values()) {
      kinds.set(kind, Math.min(price, kinds.get(kind) ?? Infinity));
    }
    return kinds;
  }

  /**
   * The nearest groups of free seats side by side, of the same kind if possible. A distance in rows
   * counts double, no sofa is divided, and the groups have no seat in common.
   * @param {string[]} lost
   * @param {(seat: string) => boolean} isFree
   * @param {number} count of groups
   * @param {number} [size] of each
   */
  nearest(lost, isFree, count, size = lost.length) {
    const seats = lost.flatMap((name) => this.seats.get(name) ?? []);
    if (!seats.length) return [];
    const [{ line, kind }] = seats;
    const column = middleOf(seats);
    const runs = this.rows.flatMap((row) =>
      stretches(row.seats, ({ name }) => isFree(name) && !lost.includes(name)),
    );
    const groups = runs
      .flatMap((run) => sideBySide(run, size))
      .filter((group) => this.#isWhole(group));
    const far = groups.map((group) => ({
      names: group.map(({ name }) => name),
      cost:
        Math.abs(middleOf(group) - column) +
        2 * Math.abs(group[0].line - line) +
        OTHER_KIND * group.filter((seat) => seat.kind !== kind).length,
    }));
    far.sort((a, b) => a.cost - b.cost);
    /** @type {string[][]} */
    const found = [];
    for (const { names } of far) {
      if (found.length === count) break;
      if (!names.some((name) => found.flat().includes(name))) found.push(names);
    }
    return found;
  }

  /**
   * Whether a group divides no sofa. A single half stands for its whole sofa, as in a click.
   * @param {Seat[]} group
   */
  #isWhole(group) {
    return (
      group.length === 1 ||
      group.every(({ name }) => {
        const half = this.otherHalves.get(name);
        return !half || group.some((seat) => seat.name === half);
      })
    );
  }
}

/** @param {Seat[]} seats */
export const middleOf = (seats) =>
  seats.reduce((sum, { column }) => sum + column, 0) / seats.length;

/**
 * All groups of `size` neighbours in a stretch, from the left.
 * @param {Seat[]} run
 * @param {number} size
 */
export const sideBySide = (run, size) =>
  run.slice(size - 1).map((_, first) => run.slice(first, first + size));

/**
 * Whether a row begins a balcony: its name is longer than the one before, except after row Z.
 * @param {string|undefined} before
 * @param {string} name
 */
const beginsBalcony = (before, name) =>
  before !== undefined && name.length > before.length && !before.endsWith("Z");

/**
 * Stretches of neighbouring seats: a gap ends a stretch, and so does a seat that does not belong.
 * @param {Seat[]} seats of one row, from the left
 * @param {(seat: Seat) => boolean} belongs
 */
export function stretches(seats, belongs) {
  /** @type {Seat[][]} */
  const found = [];
  let last = -1;
  for (const seat of seats.filter(belongs)) {
    if (found.length && seat.column === last + 1) found[found.length - 1].push(seat);
    else found.push([seat]);
    last = seat.column;
  }
  return found;
}
