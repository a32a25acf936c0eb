"""Hostile input: every door and every reader of texts, tried with what nobody would write.

targets    the table: one small function each, bytes -> what the program makes of them
oracle     what is a defect: a foreign exception, two answers to one input, a second of work
parcels    several documents in one readable file, so that a corpus can be read and edited
edits      changes that keep most of an input's structure
loopback   a service on this machine that answers with a parcel, whatever it is asked
run        coverage-guided: `python -m fuzz.run period --seconds 60` (Linux; atheris)
alone      the inputs of a corpus tried one by one, each under the real limits
kept       where the corpus lies
corpus     a folder a target: inputs that were defects once, and some to begin with
"""
