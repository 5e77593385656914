// @ts-check
/** A touch of a seat that has something to say first; what it says comes when one is touched. */

const SPECIAL = /^(cadeirante|acompanhante|casal)$/;

export class FirstTouch {
  /** @type {Promise<import("./seat-talk.js").SeatTalk|null>|null} */
  #talk = null;

  /** @param {import("./session-view.js").SessionView} view */
  constructor(view) {
    this.view = view;
  }

  /** @param {string} name @param {() => void} take what the touch is for */
  of(name, take) {
    const { room, store, session } = this.view;
    const seat = room.seats.get(name);
    const state = store.stateOf(name);
    const isSpecial = state === "free" && !session.encerrada && SPECIAL.test(seat?.kind ?? "");
    if (seat && state === "bought") void this.#said().then((talk) => talk?.bought(seat));
    else if (seat && isSpecial)
      void this.#said().then((talk) => (talk ? talk.touched(seat, take) : take()));
    else take();
  }

  /** Null where it did not arrive: then the touch is what it always was. */
  #said() {
    const { room, notice, connection } = this.view;
    return (this.#talk ??= import("./seat-talk.js").then(
      ({ SeatTalk }) => new SeatTalk(room, notice, connection),
      () => (this.#talk = null),
    ));
  }
}
