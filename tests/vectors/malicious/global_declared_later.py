# expect: IMP-001
import json

m = json


def swap():
    global m
    import os

    m = os


def run():
    m.system("id")
