import { Alert, Button, Select, StatusTag, Text } from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { expect, it } from 'vitest';
import { Contactability, type Answer, type Ask } from './project/src/app/cards/Contactability';

const CHANNELS = ['email', 'sms', 'phone', 'robocall', 'post'];

const answer = (open: string[], more: Partial<Answer> = {}): Answer => ({
  language: 'fr',
  known: true,
  verdicts: CHANNELS.map((channel) => ({
    channel,
    label: channel.toUpperCase(),
    allowed: open.includes(channel),
    reason: open.includes(channel) ? 'A consenti' : "S'est opposé",
    until: open.includes(channel) ? '2027-05-02' : null,
  })),
  ...more,
});

const show = (ask: Ask) => {
  const renderer = createRenderer('crm.record.sidebar');
  renderer.render(<Contactability objectId="151" ask={ask} />);
  return renderer;
};

it('shows five verdicts, each with its reason and the day on which it changes', async () => {
  const { findAll, waitFor } = show(async () => answer(['email']));

  await waitFor(() => expect(findAll(StatusTag)).toHaveLength(5));
  expect(findAll(StatusTag).map((tag) => tag.props.variant)).toEqual(['success', ...Array(4).fill('danger')]);
  const said = findAll(Text).map((each) => each.text);
  expect(said).toContain("A consenti (jusqu'au 2027-05-02)");
  expect(said.filter((each) => each === "S'est opposé")).toHaveLength(4);
});

it('records an opposition to the chosen channel and shows what became of it', async () => {
  const asked: unknown[] = [];
  const ask: Ask = async (what, body) => {
    asked.push([what, body]);
    return answer(what === 'verdicts' ? ['email', 'sms'] : ['email']);
  };
  const { find, findAll, waitFor } = show(ask);
  await waitFor(() => find(Select));

  find(Select).props.onChange?.('sms');
  find(Button).trigger('onClick');

  await waitFor(() => expect(find(Alert).props.title).toBe("L'opposition est enregistrée."));
  expect(asked.at(-1)).toEqual(['opposition', { objectId: '151', channel: 'sms' }]);
  expect(findAll(StatusTag).map((tag) => tag.props.variant)[1]).toBe('danger');
});

it('says that nothing was recorded when the kit does not take it', async () => {
  const { find, waitFor } = show(async (what) => {
    if (what === 'opposition') throw new Error('503');
    return answer(['email']);
  });
  await waitFor(() => find(Select));
  find(Button).trigger('onClick');

  await waitFor(() => expect(find(Alert).props.variant).toBe('error'));
  expect(find(Button).props.disabled).toBe(false);
});

it('shows no verdict at all while the kit does not answer, and asks again when told to', async () => {
  let answers = 0;
  const { find, findAll, waitFor } = show(async () => {
    answers += 1;
    if (answers === 1) throw new Error('away');
    return answer([]);
  });
  await waitFor(() => expect(find(Alert).props.variant).toBe('warning'));
  expect(findAll(StatusTag)).toHaveLength(0);

  find(Button).trigger('onClick');

  await waitFor(() => expect(findAll(StatusTag)).toHaveLength(5));
});

it('says so for a contact whom the kit does not know, and in English where the kit speaks it', async () => {
  const { find, waitFor } = show(async () => answer([], { known: false, language: 'en' }));

  await waitFor(() => expect(find(Alert).props.title).toContain('does not know this contact'));
  expect(find(Button).text).toBe('Record the opposition');
});
