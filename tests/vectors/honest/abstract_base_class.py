# expect: none
from abc import ABC, ABCMeta, abstractmethod


class Shape(ABC):
    @abstractmethod
    def area(self): ...


class Other(metaclass=ABCMeta):
    pass
