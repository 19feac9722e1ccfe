"""Names as they stand in real phone books: accents, other scripts, `&`, `<` and quotes."""

PEOPLE = (
    ("Niccolò", "D'Angelo"),
    ("Giulia", "Rossi"),
    ("José", "Muñoz Peña"),
    ("Zoë", "Brontë-Lindqvist"),
    ("Jürgen", "Groß"),
    ("Αλεξάνδρα", "Παπαδοπούλου"),
    ("Дмитрий", "Щербаков"),
    ("伟", "王"),
    ("ليلى", "حداد"),
    ("Łukasz", "Żółkiewski"),
    ("Søren", "Kjærgård"),
    ("Chloé", "L'Hôpital"),
    ("Ştefan", "Țurcanu"),
    ("美咲", "高橋"),
    ("Þórunn", "Ægisdóttir"),
    ("Ñusta", "Quispe"),
    ("Perché", "Città"),
    ("Ana María", "de la Cruz & Hijos"),
    ("Marco", "Bianchi <interno>"),
    ("Sinéad", "O'Connor"),
    ("נועה", "לוי"),
    ("Ömer", "Çağlar"),
    ("Noël", "van 't Hoff"),
    ("Reception", '"Front desk"'),
    ("太郎", "𠮷野"),
    ("Eva", "Nováková"),
    ("Béla", "Szőcs"),
    ("Kärt", "Õunapuu"),
)

ORGANISATIONS = (
    "NetWorks & Sons S.r.l.",
    "Caffè Pedrocchi",
    "Müller <Bürotechnik> GmbH",
    "Société Générale d'Électricité",
    "Ελληνικά Ταχυδρομεία",
    "Завод «Прогресс»",
    "北京电话公司",
    '"Il Gabbiano" Hotel',
    "100% Cotone S.p.A.",
)

UNITS = ("Vendite", "Acquisti", "R&D", "Qualità", "Logistik", "Διοίκηση", "")

CALLGROUPS = ("Commerciale", "Assistenza & Supporto", "Qualità", "Служба поддержки")

QUEUES = (("1", "Informazioni"), ("2", "Assistenza & guasti"), ("3", "Prenotazioni"))

ROOMS = (
    ("Sala riunioni", True),
    ("Équipe <projet>", True),
    ("R&D", True),
    ("会议室", False),
)

GATEWAYS = (("1", "Linea ISDN"), ("2", "VoIP Società & C."), ("3", "GSM"))

TELEPHONES = (
    "Snom 821/8.7.3.19",
    "Yealink SIP-T38G 38.70.1.33",
    "Aastra 6731i/3.3.1.2256",
    "KalliopeCTI <soft> 3.9 & later",
)
