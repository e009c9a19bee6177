# expect: none
class Model:
    def eval(self):
        return self

    def train(self):
        return self.eval()


model = Model()
model.eval()
