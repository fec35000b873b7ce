// Read the project with the library of HubSpot's own command line, offline. It asks HubSpot, with an account, for the
// schemas of what stands in each part's `config`; no package ships them, so here every config counts as good. All else
// that the library refuses is found: an unknown platform, parts in the wrong folder, double or without an id or a type.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { http } from '@hubspot/local-dev-lib/http';
import { translate } from '@hubspot/project-parsing-lib/translate';

const PARTS = ['APPLICATION', 'CARD', 'WEBHOOKS'];
http.get = async () => ({ data: Object.fromEntries(PARTS.map((part) => [part, {}])) });

const folder = path.resolve(process.argv[2]);
const config = JSON.parse(readFileSync(path.join(folder, 'hsproject.json'), 'utf8'));
const projectSourceDir = path.join(folder, config.srcDir);
const context = { projectSourceDir, platformVersion: config.platformVersion, accountId: 1 };

async function read() {
  try {
    const { intermediateRepresentation, skippedHsMetaFiles } = await translate(context);
    const nodes = Object.values(intermediateRepresentation.intermediateNodesIndexedByUid);
    const entries = nodes.map((node) => node.config.entrypoint).filter(Boolean);
    return {
      kinds: nodes.map((node) => node.componentType).sort(),
      passedOver: skippedHsMetaFiles,
      withoutEntry: entries.filter((entry) => !existsSync(path.join(projectSourceDir, entry))),
    };
  } catch (error) {
    return { refused: [error.message, ...(error.errors ?? []).flatMap((each) => each.errors)] };
  }
}
console.log(JSON.stringify(await read()));
