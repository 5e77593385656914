// @ts-check
/**
 * Storage that survives a reload of the tab. Without storage or space in the browser, it lasts as
 * long as the page.
 */

/** @type {Map<string, string>} */
const here = new Map();

/** @template T @param {(storage: Storage) => T} use @returns {T|null} null: the browser refuses */
function tried(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

export const tabMemory = {
  /** @param {string} place */
  getItem: (place) => here.get(place) ?? tried((storage) => storage.getItem(place)),
  /** @param {string} place @param {string} text */
  setItem(place, text) {
    here.set(place, text);
    tried((storage) => storage.setItem(place, text));
  },
  /** @param {string} place */
  removeItem(place) {
    here.delete(place);
    tried((storage) => storage.removeItem(place));
  },
};
