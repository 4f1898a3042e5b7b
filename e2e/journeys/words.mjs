// The words of the pages, from the catalogue and the profile. Journeys name what
// they press by its key, so that a better wording breaks none of them.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

import { binary } from '../lib/server.mjs';

const internal = fileURLToPath(new URL('../../internal', import.meta.url));
const read = (...parts) => JSON.parse(readFileSync(path.join(internal, ...parts), 'utf8'));

export const languages = ['nl', 'fr', 'en', 'de'];

// catalogue is every text of a language by its key.
const catalogue = new Map(
  languages.map((l) => [l, Object.assign({}, ...readdirSync(path.join(internal, 'lang/text', l)).map((f) => read('lang/text', l, f)))]),
);

// words returns a function that gives the text under a key, with its places filled
// in; n chooses between one and more.
export function words(language) {
  return (key, args = {}) => {
    const entry = catalogue.get(language)[key];
    if (entry === undefined) throw new Error(`no text ${key} in ${language}`);
    const text = typeof entry === 'string' ? entry : entry[args.n === 1 ? 'one' : 'other'];
    return text.replace(/\{(\w+)\}/g, (place, name) => args[name] ?? place);
  };
}

const profile = JSON.parse(execFileSync(binary(), ['config', 'export', 'wwf-belgium'], { encoding: 'utf8', maxBuffer: 1 << 24 }));
const steps = profile.form.flatMap((part) => part.steps);
const fields = new Map(steps.flatMap((s) => s.fields ?? []).map((x) => [x.id, x]));
const teams = new Map(profile.teams.map((team) => [team.id, team]));

// errorOf is what the form says of a field that is wrong in some way, such as missing.
export const errorOf = (language, field, wrong = 'missing') => fields.get(field).errors[wrong][language];

// noWayToReach is what the form says when there is no way to reach the person.
export const noWayToReach = (language) =>
  steps.find((s) => s.id === 'reach').one_of.missing[language];

// choiceOf is the label of one of the options of a field.
export const choiceOf = (language, field, option) => fields.get(field).options.find((o) => o.id === option).label[language];

// shortStory is what the form says of a story of a few words: { title, back, go }.
export const shortStory = (language) =>
  Object.fromEntries(['title', 'back', 'go'].map((part) => [part, fields.get('story').interrupt[part][language]]));

export const teamName = (language, team) => teams.get(team).name[language];
export const teamReaders = (language, team) => teams.get(team).readers[language];

// elsewhere is where the button leads that leaves the site.
export const elsewhere = profile.settings.exit_target;
