// Read the project with the library of HubSpot's own command line, offline: without an account it has no schemas, so
// this tells whether the platform is known, which parts were found, what was passed over, whose ids are refused, and
// which entry files lack.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isKnownPlatformVersion } from '@hubspot/project-parsing-lib/projects';
import { translate } from '@hubspot/project-parsing-lib/translate';
import { validateUid } from '@hubspot/project-parsing-lib/uid';

const folder = path.resolve(process.argv[2]);
const config = JSON.parse(readFileSync(path.join(folder, 'hsproject.json'), 'utf8'));
const projectSourceDir = path.join(folder, config.srcDir);
const { intermediateRepresentation, skippedHsMetaFiles } = await translate(
  { projectSourceDir, platformVersion: config.platformVersion, accountId: 1 },
  { skipValidation: true },
);
const nodes = Object.values(intermediateRepresentation.intermediateNodesIndexedByUid);
const entries = nodes.map((node) => node.config.entrypoint).filter(Boolean);
console.log(
  JSON.stringify({
    known: isKnownPlatformVersion(config.platformVersion),
    kinds: nodes.map((node) => node.componentType).sort(),
    passedOver: skippedHsMetaFiles,
    refusedIds: nodes.map((node) => validateUid(node.uid)).filter(Boolean),
    withoutEntry: entries.filter((entry) => !existsSync(path.join(projectSourceDir, entry))),
  }),
);
