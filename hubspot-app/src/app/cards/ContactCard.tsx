import { hubspot } from '@hubspot/ui-extensions';
import { ADDRESS } from './address';
import { Contactability, type Ask } from './Contactability';

const SECONDS = 10;

/** Ask the kit; whatever goes wrong is one failure, which the card tells. */
const ask: Ask = async (what, body) => {
  const answer = await hubspot.fetch(`${ADDRESS}/${what}`, { method: 'POST', timeout: SECONDS * 1000, body });
  if (!answer.ok) {
    throw new Error(`the kit answered ${answer.status}`);
  }
  return answer.json();
};

hubspot.extend<'crm.record.sidebar'>(({ context }) => (
  <Contactability objectId={String(context.crm.objectId)} ask={ask} />
));
