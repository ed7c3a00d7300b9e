import logging
class JsonFormatter(logging.Formatter): pass
class PlainFormatter(logging.Formatter): pass
