// A device that keeps passkeys, as the browser's own tools play it.

// hasDevice gives a person's browser one. { prf } says whether its passkeys compute a
// key of their own, as most do.
export async function hasDevice(person, { prf = true } = {}) {
  const tools = await person.context.newCDPSession(person.page);
  await tools.send('WebAuthn.enable');
  const { authenticatorId } = await tools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true, hasPrf: prf,
    },
  });
  const told = (method, more = {}) => tools.send(`WebAuthn.${method}`, { authenticatorId, ...more });
  return {
    // knows says whether the device recognises its owner from now on.
    knows: (isUserVerified) => told('setUserVerified', { isUserVerified }),
    // held are the passkeys on the device, for what they were made.
    held: async () => (await told('getCredentials')).credentials,
  };
}

// atLocalhost is the same house at the name of this machine: passkeys are made for a
// name, never for a number.
export const atLocalhost = (house) => ({ ...house, url: house.url.replace('127.0.0.1', 'localhost') });
