"""The words that invented people, companies and mails are made of."""

FIRST_NAMES = (
    "Aino", "Bashir", "Carla", "Dmitri", "Eleni", "Farah", "Goran", "Hedda", "Ivo", "Jamila", "Kofi", "Lucía", "Mei",
    "Nadia", "Oskar", "Paula", "Quirin", "Rania", "Stefan", "Tuuli", "Uma", "Viktor", "Wanda", "Ximena", "Yusuf",
    "Zora", "Anselm", "Brigid", "Cosmin", "Delphine", "Emeka", "Fiona", "Greta", "Hamid", "Inés", "Jarek", "Katja",
    "Liam", "Minh", "Noor", "Odile", "Pavel",
)  # fmt: skip
FAMILY_NAMES = (
    "Abrams", "Bergström", "Castell", "Dragomir", "Eskola", "Farrugia", "Grimaldi", "Haugen", "Ibarra", "Jovanović",
    "Kaplan", "Lefèvre", "Moreau", "Nakagawa", "Obi", "Petrov", "Quiroga", "Rossi", "Sandoval", "Thorne", "Ueda",
    "Varga", "Whitlock", "Xu", "Yilmaz", "Zeller", "Ashworth", "Brandão", "Chowdhury", "Dahl", "Engel", "Fontaine",
    "Gallagher", "Holm", "Ionescu", "Jansen", "Kowalski", "Lund", "Marek", "Novotná", "Ortega", "Park",
)  # fmt: skip
COMPANIES = ("Brackwater", "Cinderline", "Dovetail", "Elmspan", "Fieldnote", "Greywell", "Harbourlight", "Isenbrook")
PARTNERS = ("oakhouse", "millrace", "blueyard", "stonebridge", "westquay", "fernhill", "saltworks", "kilnlane")
ZONES = (
    "Europe/Lisbon", "Europe/Berlin", "Europe/Helsinki", "America/New_York", "America/Chicago", "America/Sao_Paulo",
    "Asia/Kolkata", "Australia/Sydney", "Africa/Nairobi", "America/Denver",
)  # fmt: skip
TEAM_ZONES = ("Europe/London", "Europe/Madrid", "Europe/Athens", "America/New_York", "America/Toronto", "Asia/Dubai")
PROJECTS = (
    "Project Heron",
    "Project Basalt",
    "Project Lantern",
    "Project Meridian",
    "Project Saffron",
    "Project Quill",
)
PRIVATE = (
    "Choir Tour",
    "Allotment Fence",
    "Canal Boat",
    "Cabin Roof",
    "Street Festival",
    "Bread Oven",
    "Quilt Auction",
)
TOPICS = ("hiring plan", "office move", "price list", "travel policy", "security audit", "warranty terms")
TEAMS = ("engineering",)
ASPECTS = (
    "the schedule",
    "open questions",
    "what we measured",
    "the supplier",
    "a decision",
    "next steps",
    "the costs",
)
OPENINGS = (
    "Here is where {about} stands. {fact}",
    "A word on {about}: {fact}",
    "I looked into {about} this morning. {fact}",
    "Before I forget it, on {about}: {fact}",
)
FACTS = (
    "we are {n} days behind, mostly because of the paperwork.",
    "the quote came in at {n}00 and holds until the end of the month.",
    "{n} of the samples passed, the others wait for a second look.",
    "the second draft is {n} pages shorter than the first and better for it.",
    "I count {n} open points and would close half of them today.",
    "nobody has objected so far, and {n} people have read it.",
)
ANSWERS = (
    "Agreed. I would only change the order: the hard part first.",
    "That matches what I hear. Let us keep {n} days in reserve.",
    "I see it differently: {n} is too many, half of it would do.",
    "Thank you, that helps. I tell the others.",
    "Fine with me, as long as we write it down.",
)
QUESTIONS = (
    "Could you tell me by {+3w} whether that is all right with you?",
    "What do you think, shall we go on? I need an answer by {+2w}.",
    "Can you decide that, please? They wait until {+4w}.",
    "Would you look at the numbers and say yes or no?",
)
PRIVATE_LINES = (
    "About {about}: I can bring the tools on Saturday, somebody else has to bring the cake.",
    "{about} again. We have {n} helpers and need {n} more.",
    "The man from the shop says that for {about} we pay {n}0, if we collect it ourselves.",
    "I drew a plan for {about}. It is on the kitchen table, under the cat.",
)
PRIVATE_QUESTIONS = ("Are you coming on Saturday?", "Do you have a ladder?", "Shall I pay it for now?")
SHOPS = ("Thistle & Tin", "Lowland Wool", "Paperweight", "Orchard Box", "Tidewater Gear", "Copper Pot",
         "Fernway Travel", "Night Owl Books", "Alpine Sole", "Marble Desk")  # fmt: skip
OFFERS = (
    ("{n} % off until Sunday", "Everything in the window is {n} % cheaper until Sunday evening."),
    ("You left something behind", "It is still in your basket, and now it costs {amount}."),
    ("New this week, from {amount}", "Four things we are proud of, the cheapest for {amount}."),
    ("Free delivery today", "No minimum and no code, only today."),
)
LETTERS = ("The Evening Sieve", "Ports & Pallets", "Slow Numbers", "Field Recording", "The Cartographer")
ISSUES = (
    ("No. {n}: what nobody counted", "A reader sent us a table. We have checked it, and it is worse."),
    ("No. {n}: a bridge, twice", "It was built in one year and argued about for eleven."),
    ("No. {n}: the quiet machine", "We listened to it for a day, and then we understood the bill."),
)
MEETINGS = ("Roadmap", "Supplier review", "Numbers", "Pilot check", "Release talk", "Hiring round", "Design critique")
ERRANDS = ("Dentist", "Car inspection", "Call with the bank", "Haircut", "Parents' evening", "Physiotherapy", "Vet")
