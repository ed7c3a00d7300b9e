DATE_FORMAT = "j.n.Y"
SHORT_DATE_FORMAT = "j.n.Y"
TIME_FORMAT = "G.i"
DATETIME_FORMAT = "j.n.Y \\k\\l\\o\xa0G.i"
SHORT_DATETIME_FORMAT = "j.n.Y \\k\\l\\o\xa0G.i"
# Of our own, for the trail: with seconds.
EXACT_DATETIME_FORMAT = "j.n.Y \\k\\l\\o\xa0G.i.s"
FIRST_DAY_OF_WEEK = 1
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\xa0"
NUMBER_GROUPING = 3
DATE_INPUT_FORMATS = ["%d.%m.%Y", "%Y-%m-%d"]
