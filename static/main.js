// @ts-check
/** The URL is the state: `/` is the programme, `/sessao/<id>` is the map of a session. */

const session = /^\/sessao\/([^/]+)\/?$/.exec(location.pathname);

if (session) {
  const { SessionPage } = await import("./session-page.js");
  new SessionPage(decodeURIComponent(session[1])).start();
} else {
  const { Programme } = await import("./programme.js");
  new Programme().start();
}

export {};
