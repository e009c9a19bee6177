# expect: none
from . import orders
from .orders import Order


class Customer:
    def __init__(self):
        self.orders = []

    def order(self):
        self.orders.append(Order(self))
        return orders.total(self.orders)
--- orders.py
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .handler import Customer


class Order:
    def __init__(self, customer: Customer):
        self.customer = customer


def total(orders):
    from .handler import Customer

    return len([each for each in orders if isinstance(each.customer, Customer)])
