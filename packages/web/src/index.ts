/**
 * Where the built page is: `index.html`, a script, a style sheet and a worker
 * under `assets/`, with names that change with their content. It serves nothing;
 * the server does.
 *
 * @stability unstable
 */

/** The folder of the built page. It is there once the package is built. */
export const pageFolder: URL = new URL("../dist/page/", import.meta.url)
