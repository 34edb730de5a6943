/** The words that the demo's shop is made of: people, places and things to buy. */

export const GIVEN_NAMES = [
  'Ada',
  'Ben',
  'Carla',
  'Deniz',
  'Elif',
  'Farid',
  'Greta',
  'Hana',
  'Ivo',
  'Jana',
  'Kofi',
  'Lena',
  'Mei',
  'Nils',
  'Olga',
  'Pablo',
  'Quinn',
  'Rosa',
  'Sven',
  'Tomoko',
  'Uma',
  'Viktor',
  'Wei',
  'Xenia',
  'Yara',
  'Zoltán',
  'Chloé',
  '子涵',
];

export const FAMILY_NAMES = [
  'Andersson',
  'Baker',
  'Chen',
  'Dubois',
  'Evans',
  'Ferrari',
  'García',
  'Hoffmann',
  'Ito',
  'Jansen',
  'Kowalski',
  'Lindgren',
  'Müller',
  'Novák',
  "O'Brien",
  'Petrov',
  'Quispe',
  'Rossi',
  'Silva',
  'Tanaka',
  'Ueda',
  'Vogel',
  'Wang',
  'Yılmaz',
];

export const CITIES: readonly (readonly [city: string, country: string])[] = [
  ['Berlin', 'DE'],
  ['Paris', 'FR'],
  ['Milano', 'IT'],
  ['København', 'DK'],
  ['Kraków', 'PL'],
  ['Lisboa', 'PT'],
  ['Zürich', 'CH'],
  ['Wien', 'AT'],
  ['Praha', 'CZ'],
  ['Malmö', 'SE'],
  ['São Paulo', 'BR'],
  ['東京', 'JP'],
  ['上海', 'CN'],
];

export const THINGS: Readonly<Record<string, readonly string[]>> = {
  kitchen: ['kettle', 'bread knife', 'coffee grinder', 'cast-iron pan', 'tea towel', 'salad bowl'],
  desk: ['notebook', 'fountain pen', 'desk lamp', 'monitor stand', 'keyboard', 'paper tray'],
  outdoor: ['tent', 'head torch', 'rain jacket', 'hiking poles', 'camp stove', 'water bottle'],
  music: ['ukulele', 'metronome', 'guitar strings', 'music stand', 'headphones', 'tambourine'],
  garden: ['watering can', 'pruning shears', 'seed tray', 'trowel', 'bird feeder', 'wheelbarrow'],
};

export const MATERIALS = ['oak', 'steel', 'linen', 'bamboo', 'recycled', 'enamel', 'brass', 'wool'];
export const COLOURS = ['black', 'white', 'moss', 'rust', 'navy', 'sand'];
export const PAYMENT_METHODS = ['card', 'invoice', 'transfer', 'wallet'];
export const NOTES = [
  'Please ring twice.',
  'Leave it with the neighbour.',
  'It is a gift; no invoice in the box.',
  'After 17:00, please.',
];
