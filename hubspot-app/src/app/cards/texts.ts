/** What the card itself says; channels and reasons come in words from the kit, in the language of its settings. */
const FRENCH = {
  loading: 'Lecture…',
  unknown: "Ce contact n'est pas encore connu de contactable : rien n'est ouvert.",
  failed: 'contactable ne répond pas. Dans le doute, ne sollicitez pas ce contact.',
  retry: 'Réessayer',
  open: 'Joignable',
  closed: 'À exclure',
  until: "jusqu'au",
  opposition: "Le contact s'oppose",
  channel: 'Canal',
  everything: 'Tous les canaux',
  record: "Enregistrer l'opposition",
  recorded: "L'opposition est enregistrée.",
  notRecorded: "L'opposition n'a pas été enregistrée. Réessayez.",
};

const ENGLISH: typeof FRENCH = {
  loading: 'Reading…',
  unknown: 'contactable does not know this contact yet: nothing is open.',
  failed: 'contactable does not answer. When in doubt, do not approach this contact.',
  retry: 'Try again',
  open: 'May be approached',
  closed: 'Leave out',
  until: 'until',
  opposition: 'The contact objects',
  channel: 'Channel',
  everything: 'All channels',
  record: 'Record the opposition',
  recorded: 'The opposition is recorded.',
  notRecorded: 'The opposition was not recorded. Please try again.',
};

export const textsIn = (language: string) => (language === 'en' ? ENGLISH : FRENCH);
