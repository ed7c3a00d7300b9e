DATE_FORMAT = "j\xa0F\xa0Y"
SHORT_DATE_FORMAT = "j\xa0M\xa0Y"
TIME_FORMAT = "G:i"
DATETIME_FORMAT = "j\xa0F\xa0Y \\a\\t G:i"
SHORT_DATETIME_FORMAT = "j\xa0M\xa0Y G:i"
# Of our own, for the trail: with seconds.
EXACT_DATETIME_FORMAT = "j\xa0M\xa0Y G:i:s"
FIRST_DAY_OF_WEEK = 1
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
# Not Django's own English ones, which would read 1/2 as January.
DATE_INPUT_FORMATS = ["%d.%m.%Y", "%Y-%m-%d"]
