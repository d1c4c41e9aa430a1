"""The shape of sqlcipher3 0.6, as far as it is used here."""

from sqlcipher3 import dbapi2 as dbapi2
from sqlcipher3.dbapi2 import *
