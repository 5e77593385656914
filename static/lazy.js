// @ts-check
/**
 * Loads modules at their first use. A browser drops what it is loading when the network changes, as
 * on a phone that leaves the house, so a failed load is tried once more. Chrome before 156 and
 * Firefox before 154 keep the failure until the page is loaded again.
 */

/**
 * @template Module
 * @param {() => Promise<Module>} load
 * @returns {Promise<Module>} rejects if both tries failed
 */
export const loaded = (load) => load().catch(load);

/**
 * @template Module
 * @param {() => Promise<Module>} load
 * @returns {Promise<Module|null>} null: both tries failed
 */
export const lazily = (load) => loaded(load).catch(() => null);
