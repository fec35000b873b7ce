/** Where this installation answers the card. HubSpot signs what the card asks there; the kit checks the signature. */
export const ADDRESS = '__PUBLIC_URL__/cards/__ENDPOINT__';
