"""The rules of one channel (``email``, a commercial offer, today), by hand, in other people's engines.

They are there to compare speed, on the same columns and with the same reasons; each knows this one case of the law.
"""
