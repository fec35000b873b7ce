import { Alert, Button, Flex, LoadingSpinner, Select, StatusTag, Text } from '@hubspot/ui-extensions';
import { useCallback, useEffect, useState } from 'react';
import { textsIn } from './texts';

export interface Verdict {
  channel: string;
  label: string;
  allowed: boolean;
  reason: string;
  until: string | null;
}

export interface Answer {
  language: string;
  known: boolean;
  verdicts: Verdict[];
}

export type Ask = (what: 'verdicts' | 'opposition', body: Record<string, string>) => Promise<Answer>;

interface Props {
  objectId: string;
  ask: Ask;
}

type Outcome = 'none' | 'recorded' | 'notRecorded';
const EVERYTHING = 'all';

/** The five verdicts on one contact, each with its reason; and a button that records an opposition. */
export const Contactability = ({ objectId, ask }: Props) => {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failed, setFailed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [channel, setChannel] = useState(EVERYTHING);
  const [outcome, setOutcome] = useState<Outcome>('none');
  const texts = textsIn(answer?.language ?? 'fr');

  const load = useCallback(() => {
    setFailed(false);
    ask('verdicts', { objectId }).then(setAnswer, () => setFailed(true));
  }, [ask, objectId]);
  useEffect(load, [load]);

  const record = () => {
    setBusy(true);
    ask('opposition', { objectId, channel })
      .then(
        (told) => {
          setAnswer(told);
          setOutcome('recorded');
        },
        () => setOutcome('notRecorded'),
      )
      .finally(() => setBusy(false));
  };

  if (failed) {
    return (
      <Flex direction="column" gap="small">
        <Alert title={texts.failed} variant="warning" />
        <Button onClick={load}>{texts.retry}</Button>
      </Flex>
    );
  }
  if (!answer) {
    return <LoadingSpinner label={texts.loading} showLabel />;
  }
  const choices = answer.verdicts.map((each) => ({ label: each.label, value: each.channel }));
  return (
    <Flex direction="column" gap="small">
      {!answer.known && <Alert title={texts.unknown} variant="info" />}
      {answer.verdicts.map((each) => (
        <Line key={each.channel} verdict={each} texts={texts} />
      ))}
      {outcome !== 'none' && <Alert title={texts[outcome]} variant={outcome === 'recorded' ? 'success' : 'error'} />}
      <Text format={{ fontWeight: 'bold' }}>{texts.opposition}</Text>
      <Select
        label={texts.channel}
        name="channel"
        value={channel}
        options={[{ label: texts.everything, value: EVERYTHING }, ...choices]}
        onChange={(value) => setChannel(String(value))}
      />
      <Button variant="primary" disabled={busy} onClick={record}>
        {texts.record}
      </Button>
    </Flex>
  );
};

const Line = ({ verdict, texts }: { verdict: Verdict; texts: ReturnType<typeof textsIn> }) => (
  <Flex direction="column" gap="flush">
    <Flex direction="row" justify="between">
      <Text format={{ fontWeight: 'demibold' }}>{verdict.label}</Text>
      <StatusTag variant={verdict.allowed ? 'success' : 'danger'}>{verdict.allowed ? texts.open : texts.closed}</StatusTag>
    </Flex>
    <Text variant="microcopy">{verdict.until ? `${verdict.reason} (${texts.until} ${verdict.until})` : verdict.reason}</Text>
  </Flex>
);
