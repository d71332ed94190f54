export default {
  // The table by country and route
  table: 'By country and route',
  country: 'Country',
  route: 'Route',
  people: 'People',
  each: 'Parts each',
  parts: 'Parts',
  encoding: 'Encoding',
  last: 'Last person',
  cost: 'Estimate',
  noCountry: 'Other networks',
  noRoute: 'No route',
  mixed: 'Mixed',
  eachMost: '{each}, longest {most}',
  about: 'about {span}',
  unknownSpeed: 'not known',
  total: 'Total',
  // When whom
  stages: 'Who is served when',
  stageFirst: 'First',
  stageHigh: 'High',
  stageNormal: 'Normal',
  stageLater: 'Later',
  stageAt: '{people}: around {time}',
  estimate: 'Estimate',
  estimateNote: 'before free messages',
  // Confirming
  looked: {
    one: 'I have read the note about a country.',
    other: 'I have read the {n} notes about countries.'
  },
  refused: 'It cannot be sent like this',
  refusedBody: 'Nothing has been sent. Change the text or the people, then review again.',
  countryNotes: { one: '{n} note by country', other: '{n} notes by country' },
  // What removing characters saves
  shorten: {
    one: 'Remove {n} character: {parts} parts fewer.',
    other: 'Remove {n} characters: {parts} parts fewer.'
  },
  shortenCost: {
    one: 'Remove {n} character: {parts} parts and {cost} less.',
    other: 'Remove {n} characters: {parts} parts and {cost} less.'
  },
  typical: 'Most texts: {parts}, the one in the middle has {units} characters.',
  forced: 'These force UCS-2: {chars}',
  forcedOne: '{char} (character {at})',
  forcedMany: '{char} (character {at}, {count} times)',
  safeFrom: 'With plain characters {parts}.',
  plainLetters: 'Write without diacritics',
  plainLettersNote: 'Words may become ambiguous. {parts} then.',
  // Ways out
  way_insert_reply_number: 'Insert the number for answers',
  way_remove_number: 'Take the number out',
  way_remove_link: 'Take the link out',
  way_transliterate: 'Use plain characters',
  way_plain_letters: 'Write without diacritics',
  way_shorten: 'Shorten the text by about {save} characters.',
  way_other_route:
    'Route {route} takes answers and serves the country: let it go first in the configuration file.',
  way_print_notice: 'Notice to print',
  way_answer_link_not_yet: 'An answer link or e-mail would help; neither is part of this version yet.',
  // Warnings: by the code of the sheet
  warn_country_cannot_answer: 'They cannot answer by SMS.',
  warn_country_number_missing:
    'Answers go to {number}. People there may see another sender, and the text does not name the number.',
  warn_country_number_missing_template:
    'Answers go to {number}, and the text does not say so. The number must be in the registered template.',
  warn_country_number_separately:
    'Answers go to {number}, but a number in the text would be blocked: tell it separately.',
  warn_country_link_blocked: 'Texts with a link are blocked: “{link}”.',
  warn_country_link_registered: 'A link that is not registered is blocked: “{link}”.',
  warn_country_number_blocked: 'Texts with a telephone number are blocked: “{number}”.',
  warn_country_number_registered: 'A number must be in the registered template: “{number}”.',
  warn_country_charset: '“{char}” does not arrive: only Korean characters (EUC-KR) pass.',
  warn_country_too_long: '{parts} parts, and networks there take {max}.',
  warn_country_not_joined:
    '{parts} parts arrive as separate messages. Set long_mode: none, so that they are numbered.',
  warn_country_plain_letters: '{parts} parts. Without diacritics it takes fewer, as is customary there.',
  warn_country_limits:
    'A single text holds {single} characters there, a part {part}: set them on route {route}, or parts are miscounted.',
  warn_country_sender_numeric: 'The sender must be a number there; route {route} sends as {sender}.',
  warn_country_sender_letters:
    'Only registered names arrive there; the sender {sender} is replaced or blocked.',
  warn_country_sender_short_code: 'Only short codes are kept there; the sender {sender} is replaced.',
  warn_country_parameter_missing: 'Route {route} lacks the parameter {tag} that operators there demand.',
  warn_country_prefix_missing: 'The text must begin with “{prefix}”: set it as prefix of route {route}.',
  warn_country_brand_missing: 'The name of the sender, {sender}, must be in the text.',
  warn_country_signature_missing: 'The text must carry a registered name in 【】.',
  warn_country_template: 'The text must match a template that was approved.',
  warn_country_code_reserved: 'The code {code} means “stop” there.',
  warn_country_quiet: 'It is {time} there. Quiet hours end at {until}.',
  warn_country_no_card: 'There is no country card: its rules were not checked.',
  warn_template_id_missing:
    'Route {route} sends only texts its operator has approved. Enter the template ID of this text.',
  warn_route_not_connected: {
    one: 'Route {route} is not connected; {n} person waits until it is.',
    other: 'Route {route} is not connected; {n} people wait until it is.'
  },
  warn_sms_too_many_parts:
    '{parts} parts, and route {route} allows {max}. Remove about {save} characters; nothing is cut by itself.',
  warn_sms_not_in_alphabet: 'Route {route} cannot carry “{char}”.'
} as const;
