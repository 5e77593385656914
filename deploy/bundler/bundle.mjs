// @ts-check
/**
 * node bundle.mjs STATIC BUNDLE bundles the page's modules into a few files: what each page begins
 * with, what it loads later, and what several of these share. A page's HTML in STATIC names the
 * modules that it begins with; in BUNDLE it names their files. Texts stay one module a language,
 * because the page computes their addresses at run time.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { rolldown } from "rolldown";

/** The gateway serves a bundle only if these digests match its own files (gateway/bundle.py). */
const SOURCES = ".sources.json";
/** The syntax of browsers of the last four years; Rolldown rewrites newer syntax. */
const TARGET = "es2022";
const FIRST = /<script type="module" src="\/static\/([\w-]+)\.js">/g;
const AHEAD = /(?<=<link rel="modulepreload" href="\/static\/)[\w-]+\.js/g;

const [from, to] = process.argv.slice(2).map((path) => resolve(path));

/** @returns {Promise<Map<string, string>>} the modules and pages by name */
async function readSources() {
  const names = (await readdir(from)).filter((name) => /\.(js|html)$/.test(name)).sort();
  return new Map(
    await Promise.all(
      names.map(
        async (name) =>
          /** @type {[string, string]} */ ([name, await readFile(join(from, name), "utf8")]),
      ),
    ),
  );
}

/**
 * The pages that preload a module, by the module's name: those that name it, or a module that
 * imports it.
 * @param {Map<string, string>} sources
 * @param {(name: string) => string[]} importsOf
 */
function pagesOf(sources, importsOf) {
  /** @type {Map<string, string[]>} */
  const pages = new Map();
  for (const [page, html] of sources) {
    const ahead = new Set([...html.matchAll(AHEAD)].map(([name]) => name));
    for (const name of ahead) for (const other of importsOf(name)) ahead.add(other);
    for (const name of ahead) pages.set(name, [...(pages.get(name) ?? []), page]);
  }
  return pages;
}

/**
 * Shared modules: one file for those of several pages, and one for each page's own. A module joins
 * a file only if every page that imports it preloads it: a lazily imported module may never be
 * needed.
 * @param {Map<string, string>} sources
 */
function groupsOf(sources) {
  /** @type {Map<string, string[]>|null} */
  let pages = null;
  const importsOf = (/** @type {any} */ context) => (/** @type {string} */ name) =>
    (context.getModuleInfo(join(from, name))?.importedIds ?? []).map((/** @type {string} */ id) =>
      basename(id),
    );
  const aheadIn = (/** @type {any} */ context) => (/** @type {string} */ id) =>
    (pages ??= pagesOf(sources, importsOf(context))).get(basename(id)) ?? [];
  const isAhead = (/** @type {string} */ id, /** @type {any} */ context) => {
    const ahead = aheadIn(context);
    /**
     * @param {string} module
     * @param {Set<string>} seen
     * @returns {string[]} the pages whose modules import it, lazily or not
     */
    const wanting = (module, seen) => {
      if (seen.has(module)) return [];
      seen.add(module);
      const { importers, dynamicImporters } = context.getModuleInfo(module);
      return [...importers, ...dynamicImporters].flatMap((other) =>
        ahead(other).length ? ahead(other) : wanting(other, seen),
      );
    };
    return wanting(id, new Set()).every((page) => ahead(id).includes(page));
  };
  const ofSeveral = (/** @type {string} */ id, /** @type {any} */ context) =>
    aheadIn(context)(id).length > 1 && isAhead(id, context) ? "shared" : null;
  const ofOne = (/** @type {string} */ id, /** @type {any} */ context) => {
    const [page, another] = aheadIn(context)(id);
    return page && !another && isAhead(id, context) ? `${basename(page, ".html")}-shared` : null;
  };
  return [
    { name: ofSeveral, minShareCount: 2, priority: 2 },
    { name: ofOne, minShareCount: 2, priority: 1 },
  ];
}

/** @param {Map<string, string>} sources @returns {Promise<import("rolldown").OutputChunk[]>} */
async function chunksOf(sources) {
  const first = [...sources.values()].flatMap((text) =>
    [...text.matchAll(FIRST)].map(([, name]) => name),
  );
  const input = Object.fromEntries(first.map((name) => [name, join(from, `${name}.js`)]));
  const build = await rolldown({
    input,
    cwd: from,
    platform: "browser",
    logLevel: "warn",
    transform: { target: TARGET },
  });
  const { output } = await build.generate({
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    // A page of an older revision that imports one lazily gets the same file, or shows an error.
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: { groups: groupsOf(sources) },
  });
  return /** @type {any} */ (output.filter(({ type }) => type === "chunk"));
}

/**
 * The digests come last: a reader that comes earlier finds that the old ones do not match.
 * @param {Map<string, string>} files
 * @param {string} sources
 */
async function write(files, sources) {
  await mkdir(to, { recursive: true });
  for (const [name, text] of [...files, [SOURCES, sources]]) {
    await writeFile(join(to, `.${name}.${process.pid}`), text);
    await rename(join(to, `.${name}.${process.pid}`), join(to, name));
  }
  const kept = new Set([...files.keys(), SOURCES]);
  for (const name of await readdir(to))
    if (!kept.has(name) && !name.startsWith(".")) await rm(join(to, name), { force: true });
}

const sources = await readSources();
const chunks = await chunksOf(sources);
const fileOf = new Map(
  chunks.flatMap(({ fileName, moduleIds }) =>
    moduleIds.map((id) => /** @type {[string, string]} */ ([basename(id), fileName])),
  ),
);
const pages = [...sources].filter(([name]) => name.endsWith(".html"));
const files = new Map([
  ...chunks.map(({ fileName, code }) => /** @type {[string, string]} */ ([fileName, code])),
  ...pages.map(
    ([name, html]) =>
      /** @type {[string, string]} */ ([
        name,
        html.replace(AHEAD, (module) => fileOf.get(module) ?? module),
      ]),
  ),
]);
const digests = [...sources].map(([name, text]) => [
  name,
  createHash("sha256").update(text).digest("hex"),
]);
await write(
  files,
  JSON.stringify({ modules: [...fileOf.keys()], sources: Object.fromEntries(digests) }, null, 1),
);
