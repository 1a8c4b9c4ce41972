// Passes a passkey's question on from the page to the device, and the answer on to the portal.
// Without this script, or in a browser without passkeys, the forms stay hidden and a note stands
// in their place.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const withBytes = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function make(question) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...question,
      challenge: bytes(question.challenge),
      user: { ...question.user, id: bytes(question.user.id) },
      excludeCredentials: withBytes(question.excludeCredentials),
    },
  });
  const { attestationObject, clientDataJSON } = made.response;
  return [made, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) }];
}

async function show(question) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...question,
      challenge: bytes(question.challenge),
      allowCredentials: withBytes(question.allowCredentials),
    },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = shown.response;
  return [shown, {
    authenticatorData: text(authenticatorData),
    clientDataJSON: text(clientDataJSON),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : undefined,
  }];
}

async function answer(form) {
  const question = JSON.parse(form.dataset.question);
  const [credential, response] = await (form.dataset.passkey === "make" ? make : show)(question);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

const all = (selector) => (window.PublicKeyCredential ? document.querySelectorAll(selector) : []);

for (const note of all("[data-without]")) note.hidden = true;

for (const form of all("[data-passkey]")) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      form.querySelector("[name=credential], [name=proof_passkey]").value = await answer(form);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
